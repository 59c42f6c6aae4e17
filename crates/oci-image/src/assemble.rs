//! A recipe becomes images.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fmt, thread};

use crate::canonical;
use crate::config::{self, CONFIG, Descriptor, INDEX, MANIFEST};
use crate::layer::Layer;
use crate::layout::{Image, ImagePlatform, Layout};
use crate::recipe::{Entry, ImageRecipe, Platform, Recipe};
use crate::tree::TreeError;

/// What went wrong, and in which image's layer.
#[derive(Debug, thiserror::Error)]
#[error("{at}")]
pub struct AssembleError {
    at: Place,
    #[source]
    source: TreeError,
}

/// A layer's place in a recipe.
#[derive(Debug, Clone)]
struct Place {
    image: String,
    platform: Platform,
    layer: String,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} for {}, layer {}", self.image, self.platform.name(), self.layer)
    }
}

/// Makes every image of the recipe in memory, with this many threads. `base` is what relative sources start from.
///
/// # Errors
/// Names the layer whose source is missing, or whose paths clash with each other or a lower layer's.
pub fn assemble(recipe: &Recipe, base: &Path, jobs: NonZeroUsize) -> Result<Layout, AssembleError> {
    let places = distinct(recipe);
    let layers = make(&places, base, jobs)?;
    let find = |entries: &[Entry]| {
        let at = places.iter().position(|(_, listed)| *listed == entries);
        &layers[at.expect("distinct() lists every layer")]
    };
    let mut layout = Layout::default();
    for image in &recipe.images {
        add(&mut layout, recipe, image, find)?;
    }
    Ok(layout)
}

/// Every layer once, with the first place that wants it.
fn distinct(recipe: &Recipe) -> Vec<(Place, &[Entry])> {
    let mut places: Vec<(Place, &[Entry])> = Vec::new();
    for image in &recipe.images {
        for (platform, made_of) in &image.platforms {
            for layer in &made_of.layers {
                if !places.iter().any(|(_, entries)| *entries == layer.entries) {
                    places.push((place(image, *platform, &layer.name), &layer.entries));
                }
            }
        }
    }
    places
}

fn place(image: &ImageRecipe, platform: Platform, layer: &str) -> Place {
    Place { image: image.name.clone(), platform, layer: layer.to_owned() }
}

/// The threads take the next layer from a counter; each result has its own place, so that their order is the recipe's.
fn make(places: &[(Place, &[Entry])], base: &Path, jobs: NonZeroUsize) -> Result<Vec<Layer>, AssembleError> {
    let next = AtomicUsize::new(0);
    let made: Vec<Mutex<Option<Result<Layer, TreeError>>>> = places.iter().map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(places.len()) {
            scope.spawn(|| {
                while let Some((at, (_, entries))) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, places.get(at)?)))
                {
                    let layer = Layer::make(entries, base);
                    *made[at].lock().expect("nobody panics while holding a place") = Some(layer);
                }
            });
        }
    });
    let made = made.into_iter().map(|layer| layer.into_inner().expect("nobody panics while holding a place"));
    places
        .iter()
        .zip(made)
        .map(|((at, _), layer)| {
            let layer = layer.expect("the counter passed every place");
            layer.map_err(|source| AssembleError { at: at.clone(), source })
        })
        .collect()
}

fn add<'a>(
    layout: &mut Layout,
    recipe: &Recipe,
    image: &ImageRecipe,
    find: impl Fn(&[Entry]) -> &'a Layer,
) -> Result<(), AssembleError> {
    let mut platforms = Vec::new();
    for (platform, made_of) in &image.platforms {
        let layers: Vec<_> = made_of.layers.iter().map(|layer| (layer.name.as_str(), find(&layer.entries))).collect();
        for (height, (name, layer)) in layers.iter().enumerate() {
            let lower = layers[..height].iter().map(|(_, layer)| &layer.tree);
            let at = || place(image, *platform, name);
            layer.tree.lies_upon(lower).map_err(|source| AssembleError { at: at(), source })?;
            layout.blobs.add(&layer.blob);
        }
        let config = canonical::compact(&config::config(recipe, image, *platform, &layers));
        layout.blobs.add(&config);
        let config = Descriptor::of(CONFIG, &config);
        let manifest = canonical::compact(&config::manifest(&config, &layers));
        layout.blobs.add(&manifest);
        let manifest = Descriptor { platform: Some((*platform).into()), ..Descriptor::of(MANIFEST, &manifest) };
        platforms.push(ImagePlatform::new(*platform, manifest, config, &layers));
    }
    let manifests: Vec<_> = platforms.iter().map(|platform| platform.manifest.clone()).collect();
    let index = canonical::compact(&config::index(&manifests));
    layout.blobs.add(&index);
    layout.images.push(Image {
        name: image.name.clone(),
        reference: image.reference.clone(),
        archive: image.archive.clone(),
        index: Descriptor::of(INDEX, &index),
        platforms,
    });
    Ok(())
}
