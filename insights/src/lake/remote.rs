//! Object stores by address: `s3://…`, `gs://…`, `az://…`, with a patience that a page can wait for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use super::LakeError;

/// A request is sent again for so long. The library's three minutes would be longer than anybody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// The store that `root` is in, and where in it that is. `options` are the settings that such stores have, in lower case.
pub(super) fn store(root: &Url, options: &HashMap<String, String>) -> Result<(Arc<dyn ObjectStore>, Path), LakeError> {
    let retry = RetryConfig { max_retries: 4, retry_timeout: PATIENCE, ..RetryConfig::default() };
    // What the library knows by name; other variables that begin alike are somebody else's.
    macro_rules! built {
        ($builder:ty) => {{
            let known = options.iter().filter_map(|(name, value)| Some((name.parse().ok()?, value)));
            let builder = <$builder>::new().with_url(root.as_str()).with_retry(retry);
            Arc::new(known.fold(builder, |builder, (name, value)| builder.with_config(name, value)).build()?)
        }};
    }
    let (scheme, path) = ObjectStoreScheme::parse(root).map_err(|_| LakeError::Place(root.clone()))?;
    let store: Arc<dyn ObjectStore> = match scheme {
        ObjectStoreScheme::AmazonS3 => built!(AmazonS3Builder),
        ObjectStoreScheme::GoogleCloudStorage => built!(GoogleCloudStorageBuilder),
        ObjectStoreScheme::MicrosoftAzure => built!(MicrosoftAzureBuilder),
        _ => return Err(LakeError::Place(root.clone())),
    };
    Ok((store, path))
}
