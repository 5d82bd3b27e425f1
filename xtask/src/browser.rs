//! What runs in browsers: the islands (`app`), the worker that carries files (`courier`), the camera of the page that
//! has one (`camera`), and what checks bundles (`verifier`), each with its loader, and the optimiser where there is one.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wasm_bindgen_cli_support::Bindgen;

use crate::build::Lint;
use crate::check;
use crate::command;
use crate::error::{Explain, Result};
use crate::site::{self, Site};
use crate::workspace::{NAME, Profile, WASM, Workspace};

/// Cargo's profile for an optimised browser half.
const PROFILE: &str = "wasm-release";

/// A module of the browser half.
#[derive(Clone, Copy)]
pub(crate) struct Module {
    /// The package, and the name of its wasm file.
    package: &'static str,
    /// What of the package is built.
    features: &'static str,
    /// Its name in the site.
    name: &'static str,
    /// Whether it starts by itself, as a classic script: older browsers know no workers that are modules.
    worker: bool,
}

/// How a module that starts by itself does so. A network that breaks while it is being fetched (`TypeError`) is waited
/// for, with longer and longer pauses or until the browser is online; anything else is a fault of ours and is told.
const START: &str = "
(function start(pause) {
  wasm_bindgen({ module_or_path: '/pkg/MODULE' }).catch(function (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    var timer = setTimeout(again, pause);
    function again() {
      clearTimeout(timer);
      removeEventListener('online', again);
      start(Math.min(2 * pause, 30000));
    }
    addEventListener('online', again);
  });
})(1000);
";

/// Everything that runs in browsers.
pub(crate) const MODULES: [Module; 4] = [
    Module { package: "app", features: "hydrate", name: NAME, worker: false },
    Module { package: "camera", features: "page", name: "camera", worker: true },
    Module { package: "courier", features: "worker", name: "courier", worker: true },
    // Page and worker in one: it starts by itself as both.
    Module { package: "verifier", features: "", name: "verifier", worker: true },
];

impl Module {
    /// The arguments that select it; lints use them too, so that both see the same code.
    pub(crate) fn selection(self) -> [&'static str; 9] {
        let Self { package, features, .. } = self;
        ["--locked", "--package", package, "--lib", "--no-default-features", "--features", features, "--target", WASM]
    }

    /// The name of its wasm file, as wasm-bindgen writes it.
    fn bound(self) -> String {
        format!("{}_bg.wasm", self.name)
    }
}

/// Builds `pkg/wugan.wasm`, `pkg/camera.wasm`, `pkg/courier.wasm` and their loaders.
pub(crate) fn build(workspace: &Workspace, profile: Profile, lint: Lint, site: &mut Site) -> Result {
    ensure_target(workspace)?;
    let optimiser = profile.is_release().then(|| optimiser(workspace)).flatten();
    if profile.is_release() && optimiser.is_none() {
        println!(
            "note: wasm-opt was not found, so the wasm files stay some percent larger (npm ci in end2end brings it)"
        );
    }
    MODULES.into_iter().try_for_each(|module| {
        let file = compile(workspace, profile, lint, module)?;
        put(workspace, profile, module, &file, optimiser.as_deref(), site)
    })
}

/// Binds a compiled module and puts it into the site.
fn put(
    workspace: &Workspace,
    profile: Profile,
    module: Module,
    file: &Path,
    optimiser: Option<&Path>,
    site: &mut Site,
) -> Result {
    // Binding a debug module takes seconds; the same module through the same steps gives the same files.
    let stamp = Stamp::of(workspace, module, file, optimiser)?;
    if let Some(names) = stamp.files(site) {
        return names.iter().try_for_each(|name| site.keep(name));
    }
    let folder = workspace.target().join("bindgen").join(module.name);
    bind(file, &folder, module, profile)?;
    if let Some(optimiser) = optimiser {
        optimise(optimiser, &folder.join(module.bound()))?;
    }
    stamp.write(&install(&folder, module, site)?)
}

/// Installs the target's standard library where rustup has not yet done so.
///
/// `rust-toolchain.toml` names the target, but rustup follows that only where automatic installs are allowed.
pub(crate) fn ensure_target(workspace: &Workspace) -> Result {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(workspace.root()).args(["--print", "target-libdir", "--target", WASM]);
    if Path::new(&command::output(&mut rustc)?).is_dir() {
        return Ok(());
    }
    if command::find("rustup").is_none() {
        return Err(format!("the standard library for {WASM} is missing and there is no rustup to install it").into());
    }
    command::run(Command::new("rustup").current_dir(workspace.root()).args(["target", "add", WASM]))
}

fn compile(workspace: &Workspace, profile: Profile, lint: Lint, module: Module) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    if lint == Lint::Yes {
        check::while_building(workspace, &mut cargo)?;
    }
    cargo.arg("build").args(module.selection());
    if profile.is_release() {
        // Stripping would take the section that tells wasm-bindgen which wasm features are in use; wasm-bindgen
        // leaves out debug information and names itself.
        cargo.args(["--profile", PROFILE, "--config", "profile.wasm-release.strip=\"none\""]);
    }
    command::run(&mut cargo)?;
    let folder = if profile.is_release() { PROFILE } else { profile.folder() };
    Ok(workspace.target().join(WASM).join(folder).join(module.package).with_extension("wasm"))
}

fn bind(file: &Path, folder: &Path, module: Module, profile: Profile) -> Result {
    if folder.is_dir() {
        fs::remove_dir_all(folder).explain(|| format!("cannot empty {}", folder.display()))?;
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(file)
        .out_name(module.name)
        .typescript(false)
        .omit_default_module_path(module.worker)
        .remove_name_section(profile.is_release())
        .remove_producers_section(profile.is_release());
    let kind = if module.worker { bindgen.no_modules(true) } else { bindgen.web(true) };
    kind.and_then(|bindgen| bindgen.generate(folder))
        .map_err(|error| format!("wasm-bindgen could not bind {}: {error:#}", file.display()).into())
}

/// `wasm-opt` from the path or from the browser tests' packages.
fn optimiser(workspace: &Workspace) -> Option<PathBuf> {
    let local = workspace.end2end().join("node_modules/.bin/wasm-opt");
    command::find("wasm-opt").or_else(|| local.is_file().then_some(local))
}

/// What the optimiser does, in this order. What counts is what goes over the network: at `-Oz` the app is a tenth smaller,
/// but repeats itself less, and ends up 4 % larger under brotli. The passes after `-O1` take off another 2 %.
const PASSES: [&str; 5] = ["-O1", "--duplicate-function-elimination", "--dae-optimizing", "--rse", "--vacuum"];

fn optimise(optimiser: &Path, file: &Path) -> Result {
    let mut command = Command::new(optimiser);
    command.args(PASSES).args([
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-multivalue",
        "--enable-sign-ext",
        "--enable-mutable-globals",
    ]);
    command::run(command.arg(file).arg("-o").arg(file).stdin(Stdio::null()))
}

/// Moves the bound files into the site under the names they are asked for by, and returns those names.
///
/// Leptos loads `wugan.wasm` as soon as `LEPTOS_OUTPUT_NAME` is set, wasm-bindgen writes `wugan_bg.wasm`.
fn install(folder: &Path, module: Module, site: &mut Site) -> Result<Vec<String>> {
    let (bound, wanted) = (module.bound(), format!("{}.wasm", module.name));
    let mut names = Vec::new();
    for file in site::files(folder)? {
        let mut bytes = fs::read(&file).explain(|| format!("cannot read {}", file.display()))?;
        let mut name = site::relative(folder, &file)?;
        if name == bound {
            name.clone_from(&wanted);
        } else if name == format!("{}.js", module.name) {
            let loader = String::from_utf8(bytes).explain(|| "the loader is not text".to_owned())?;
            let mut loader = loader.replace(&bound, &wanted);
            if module.worker {
                loader.push_str(&START.replace("MODULE", &wanted));
            }
            bytes = loader.into_bytes();
        }
        let name = format!("pkg/{name}");
        site.put(&name, &bytes)?;
        names.push(name);
    }
    Ok(names)
}

/// Remembers from which module the files in the site were made.
struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    fn of(workspace: &Workspace, module: Module, file: &Path, optimiser: Option<&Path>) -> Result<Self> {
        let bytes = fs::read(file).explain(|| format!("cannot read {}", file.display()))?;
        let mut hasher = DefaultHasher::new();
        (bytes, file, optimiser, PASSES).hash(&mut hasher);
        let stamp = workspace.target().join(module.name).with_extension("stamp");
        Ok(Self { file: stamp, digest: format!("{:016x}", hasher.finish()) })
    }

    /// The files of the last build, if it started from the same module and nobody removed one.
    fn files(&self, site: &Site) -> Option<Vec<String>> {
        let text = fs::read_to_string(&self.file).ok()?;
        let (digest, names) = text.split_once('\n')?;
        let names: Vec<String> = names.lines().map(str::to_owned).collect();
        (digest == self.digest && names.iter().all(|name| site.has(name))).then_some(names)
    }

    fn write(&self, names: &[String]) -> Result {
        let text = format!("{}\n{}\n", self.digest, names.join("\n"));
        fs::write(&self.file, text).explain(|| format!("cannot write {}", self.file.display()))
    }
}
