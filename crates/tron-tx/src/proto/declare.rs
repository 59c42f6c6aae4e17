//! Declares messages and enumerations from one table each, as prost types and as [`super::Schema`]s.
//!
//! A field is `number name "name in JSON, if it differs": kind,`. prost wants the kind as an attribute and macros
//! cannot expand inside attributes, hence the detour over `@push`.

macro_rules! message {
    ($(#[$meta:meta])* $name:ident = $full:literal { $($body:tt)* }) => {
        message!(@field [$(#[$meta])*] $name $full {} {} $($body)*);
    };

    (@field [$($meta:tt)*] $name:ident $full:literal {$($fields:tt)*} {$($schema:tt)*}) => {
        $($meta)*
        #[derive(Clone, PartialEq, Eq, prost::Message)]
        pub struct $name { $($fields)* }

        impl $crate::proto::Described for $name {
            const SCHEMA: &'static $crate::proto::Schema =
                &$crate::proto::Schema { name: $full, fields: &[$($schema)*] };
        }
    };

    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: int64, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [int64] [i64] [false Int64] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: int32, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [int32] [i32] [false Int32] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: bool, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [bool] [bool] [false Bool] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: string, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [string] [String] [false Str] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: bytes, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [bytes = "vec"] [Vec<u8>] [false Bytes] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: address, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [bytes = "vec"] [Vec<u8>] [false Address] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: text, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [bytes = "vec"] [Vec<u8>] [false Text] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: [bytes], $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [bytes = "vec", repeated] [Vec<Vec<u8>>] [true Bytes] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: [address], $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [bytes = "vec", repeated] [Vec<Vec<u8>>] [true Address] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: enumeration $t:ident, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [enumeration($t)] [i32] [false Enum($t::NAMES)] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: entries $t:ident, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [message, repeated] [Vec<$t>]
            [true Entry(<$t as $crate::proto::Described>::SCHEMA)] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: [$t:ident], $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [message, repeated] [Vec<$t>]
            [true Message(<$t as $crate::proto::Described>::SCHEMA)] $tag $field [$($json)?] $($rest)*);
    };
    (@field $m:tt $n:ident $u:tt $f:tt $s:tt $tag:tt $field:ident $($json:literal)?: $t:ident, $($rest:tt)*) => {
        message!(@push $m $n $u $f $s [message, optional] [Option<$t>]
            [false Message(<$t as $crate::proto::Described>::SCHEMA)] $tag $field [$($json)?] $($rest)*);
    };

    (@push $m:tt $n:ident $u:tt {$($f:tt)*} {$($s:tt)*} [$($attr:tt)*] [$ty:ty] [$repeated:literal $($kind:tt)*]
        $tag:tt $field:ident [$($json:literal)?] $($rest:tt)*) => {
        message!(@field $m $n $u
            {
                $($f)*
                #[doc = concat!("Field ", stringify!($tag), ".")]
                #[prost($($attr)*, tag = $tag)]
                pub $field: $ty,
            }
            {
                $($s)*
                $crate::proto::Field {
                    number: $tag,
                    name: message!(@name $field $($json)?),
                    repeated: $repeated,
                    kind: $crate::proto::Kind::$($kind)*,
                },
            }
            $($rest)*);
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $json:literal) => { $json };
}

macro_rules! enumeration {
    ($(#[$meta:meta])* $name:ident { $($number:literal $variant:ident $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
        #[repr(i32)]
        pub enum $name { $(#[doc = concat!("`", $text, "`, number ", stringify!($number), ".")] $variant = $number,)* }

        impl $name {
            /// Every number with the protocol's name for it.
            pub const NAMES: &'static [(i32, &'static str)] = &[$(($number, $text),)*];

            /// The protocol's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The value with the protocol's name `name`.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
