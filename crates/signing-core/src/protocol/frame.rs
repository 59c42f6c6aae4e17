//! Frames: the length of what follows (4 bytes, little-endian), an id (8 bytes, likewise), the message.

use std::io::{Error, ErrorKind, Read, Result};

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest message, bytes: a page of the feed and a full batch of signatures stay well below it.
pub const MESSAGE_MAX: usize = 8 * 1024 * 1024;

const LENGTH_BYTES: usize = 4;
const ID_BYTES: usize = 8;

/// A message and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Which question, or [`NEWS`](super::NEWS).
    pub id: u64,
    /// The message.
    pub message: Vec<u8>,
}

impl Frame {
    /// Its bytes; an error if the message is too long.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        if self.message.len() > MESSAGE_MAX {
            return Err(too_long(self.message.len()));
        }
        let length = u32::try_from(ID_BYTES + self.message.len()).map_err(|_| too_long(self.message.len()))?;
        let mut bytes = Vec::with_capacity(LENGTH_BYTES + ID_BYTES + self.message.len());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&self.id.to_le_bytes());
        bytes.extend_from_slice(&self.message);
        Ok(bytes)
    }

    /// The next frame; none at the orderly end of the stream.
    pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<Self>> {
        let mut length = [0; LENGTH_BYTES];
        // The first byte alone may be missing: an end within a frame is a fault.
        if stream.read(&mut length[..1]).await? == 0 {
            return Ok(None);
        }
        stream.read_exact(&mut length[1..]).await?;
        let mut rest = vec![0; rest_length(length)?];
        stream.read_exact(&mut rest).await?;
        Ok(Some(Self::of(rest)))
    }

    /// As [`Frame::read`], from a stream that blocks, where an end is a fault.
    pub fn read_blocking(stream: &mut impl Read) -> Result<Self> {
        let mut length = [0; LENGTH_BYTES];
        stream.read_exact(&mut length)?;
        let mut rest = vec![0; rest_length(length)?];
        stream.read_exact(&mut rest)?;
        Ok(Self::of(rest))
    }

    fn of(mut rest: Vec<u8>) -> Self {
        let message = rest.split_off(ID_BYTES);
        let id = u64::from_le_bytes(rest.try_into().expect("split off after as many bytes"));
        Self { id, message }
    }
}

fn rest_length(bytes: [u8; LENGTH_BYTES]) -> Result<usize> {
    let length = usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX);
    if length < ID_BYTES {
        return Err(Error::new(ErrorKind::InvalidData, "a frame shorter than its head"));
    }
    if length - ID_BYTES > MESSAGE_MAX { Err(too_long(length - ID_BYTES)) } else { Ok(length) }
}

fn too_long(length: usize) -> Error {
    Error::new(ErrorKind::FileTooLarge, format!("a message of {length} bytes; {MESSAGE_MAX} are the most"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(mut bytes: &[u8]) -> Result<Vec<Frame>> {
        futures::executor::block_on(async {
            let mut frames = Vec::new();
            while let Some(frame) = Frame::read(&mut bytes).await? {
                frames.push(frame);
            }
            Ok(frames)
        })
    }

    proptest! {
        #[test]
        fn frames_follow_one_another_and_a_cut_one_is_a_fault(
            parts in proptest::collection::vec((any::<u64>(), proptest::collection::vec(any::<u8>(), 0..50)), 1..5),
            cut in any::<prop::sample::Index>(),
        ) {
            let frames: Vec<_> = parts.into_iter().map(|(id, message)| Frame { id, message }).collect();
            let whole: Vec<u8> = frames.iter().flat_map(|frame| frame.to_bytes().unwrap()).collect();
            prop_assert_eq!(&read_all(&whole).unwrap(), &frames);
            let mut blocking = whole.as_slice();
            for frame in &frames {
                prop_assert_eq!(&Frame::read_blocking(&mut blocking).unwrap(), frame);
            }
            let cut = cut.index(whole.len());
            let ends: Vec<usize> = frames.iter().scan(0, |end, frame| {
                *end += LENGTH_BYTES + ID_BYTES + frame.message.len();
                Some(*end)
            }).collect();
            prop_assert_eq!(read_all(&whole[..cut]).is_ok(), cut == 0 || ends.contains(&cut));
        }

        #[test]
        fn any_bytes_are_frames_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_all(&bytes);
        }
    }

    #[test]
    fn lengths_have_limits() {
        let long = Frame { id: 1, message: vec![0; MESSAGE_MAX + 1] };
        assert_eq!(long.to_bytes().unwrap_err().kind(), ErrorKind::FileTooLarge);
        let told = |length: u32| read_all(&[&length.to_le_bytes()[..], &[0; 8]].concat()).unwrap_err().kind();
        assert_eq!(told(u32::MAX), ErrorKind::FileTooLarge);
        assert_eq!(told(7), ErrorKind::InvalidData);
    }
}
