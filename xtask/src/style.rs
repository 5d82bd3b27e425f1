//! The style sheet: `style/main.css` with all that it imports, as one file that old browsers understand.

use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};
use lightningcss::targets::{Browsers, Features, Targets};

use crate::error::{Explain, Result};
use crate::site::Site;
use crate::workspace::{NAME, Profile, Workspace};

/// Bundles the sheets into `pkg/wugan.css`.
pub(crate) fn bundle(workspace: &Workspace, profile: Profile, site: &mut Site) -> Result {
    let main = workspace.root().join("style/main.css");
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(&main).explain(|| format!("cannot bundle {}", main.display()))?;
    let targets = targets();
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .explain(|| "cannot lower the style sheet".to_owned())?;
    let printed = sheet
        .to_css(PrinterOptions { minify: profile.is_release(), targets, ..PrinterOptions::default() })
        .explain(|| "cannot print the style sheet".to_owned())?;
    site.put(&format!("pkg/{NAME}.css"), printed.code.as_bytes())
}

/// The oldest browsers we promise: the Chromium 86 inside 360 and many in-app browsers, and Safari 14.
fn targets() -> Targets {
    let version = |major: u32| Some(major << 16);
    Targets {
        browsers: Some(Browsers {
            android: version(86),
            chrome: version(86),
            edge: version(86),
            firefox: version(78),
            ios_saf: version(14),
            safari: version(14),
            samsung: version(14),
            ..Browsers::default()
        }),
        include: Features::Nesting,
        exclude: Features::empty(),
    }
}
