//! Which feeds are ours: the shop's and the board's, where the settings say.

use belgrano_runtime::auth::client_key::KeyScope;
use url::Url;

use super::{Access, BOARD_FEED, Credentials, Feed, SHOP_FEED};
use crate::settings::InsightsSettings;

/// With what feeds are asked.
pub(crate) fn credentials(settings: &InsightsSettings) -> Credentials {
    Credentials::new(settings.common.configured_secrets(), settings.common.data_dir.clone())
}

/// The feeds that are followed.
pub(crate) fn feeds(settings: &InsightsSettings) -> [Feed; 2] {
    let (credentials, api_key) = (credentials(settings), settings.common.key_for(KeyScope::Changes).cloned());
    let access = |url: &Url| Access { url: url.clone(), credentials: credentials.clone(), api_key: api_key.clone() };
    [
        Feed { name: SHOP_FEED, access: access(&settings.shop_url) },
        Feed { name: BOARD_FEED, access: access(&settings.board_url) },
    ]
}
