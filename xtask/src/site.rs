//! The folder `target/site`: written only where bytes changed, and holding nothing that this build did not put there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::compress;
use crate::error::{Explain, Result};
use crate::workspace::Profile;

/// The site while it is being put together.
pub(crate) struct Site {
    root: PathBuf,
    profile: Profile,
    kept: BTreeSet<PathBuf>,
}

impl Site {
    /// Opens the folder, making it where it is missing.
    pub(crate) fn open(root: PathBuf, profile: Profile) -> Result<Self> {
        fs::create_dir_all(&root).explain(|| format!("cannot make {}", root.display()))?;
        Ok(Self { root, profile, kept: BTreeSet::new() })
    }

    /// Whether an earlier build left this file.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.root.join(name).is_file()
    }

    /// Puts a file in its place. A file whose bytes are the same keeps its time, so cargo does not embed it anew.
    pub(crate) fn put(&mut self, name: &str, bytes: &[u8]) -> Result {
        let changed = write_if_changed(&self.root.join(name), bytes)?;
        self.keep_twins(name, changed)
    }

    /// Keeps a file that an earlier build put here and that is still right.
    pub(crate) fn keep(&mut self, name: &str) -> Result {
        self.keep_twins(name, false)
    }

    /// Copies a folder of finished files.
    pub(crate) fn copy(&mut self, folder: &Path) -> Result {
        for file in files(folder)? {
            let name = relative(folder, &file)?;
            let bytes = fs::read(&file).explain(|| format!("cannot read {}", file.display()))?;
            self.put(&name, &bytes)?;
        }
        Ok(())
    }

    /// Removes what no step asked for: a renamed picture, or the twins of an optimised build that a debug build follows.
    pub(crate) fn prune(&self) -> Result {
        for file in files(&self.root)? {
            if !self.kept.contains(&file) {
                fs::remove_file(&file).explain(|| format!("cannot remove {}", file.display()))?;
            }
        }
        Ok(())
    }

    /// Remembers the file and, for people's builds, sees to its compressed twins.
    fn keep_twins(&mut self, name: &str, changed: bool) -> Result {
        let file = self.root.join(name);
        if self.profile.is_release() && compress::is_worthwhile(name) {
            for twin in compress::TWINS {
                let path = self.root.join(format!("{name}.{}", twin.suffix));
                if changed || !path.is_file() {
                    let original = fs::read(&file).explain(|| format!("cannot read {}", file.display()))?;
                    let packed = (twin.pack)(&original)?;
                    // A few bytes only grow; their twin of an earlier build is pruned.
                    if packed.len() >= original.len() {
                        continue;
                    }
                    write_if_changed(&path, &packed)?;
                }
                self.kept.insert(path);
            }
        }
        self.kept.insert(file);
        Ok(())
    }
}

/// All files below a folder, in order of their names; none where the folder is missing.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).explain(|| format!("cannot list {}", folder.display()))? {
        let path = entry.explain(|| format!("cannot list {}", folder.display()))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The name of a file below a folder, with forward slashes.
pub(crate) fn relative(folder: &Path, file: &Path) -> Result<String> {
    let name = file.strip_prefix(folder).explain(|| format!("{} is not below its folder", file.display()))?;
    Ok(name.to_string_lossy().replace('\\', "/"))
}

fn write_if_changed(file: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).explain(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(file, bytes).explain(|| format!("cannot write {}", file.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &[u8] =
        b"body{margin:0}main{margin:0}header{margin:0}footer{margin:0}article{margin:0}section{margin:0}";

    #[test]
    fn a_site_keeps_unchanged_files_and_drops_strangers() -> Result {
        let root = std::env::temp_dir().join(format!("wugan-site-{}", std::process::id()));
        let mut site = Site::open(root.clone(), Profile::Release)?;
        site.put("pkg/a.css", SHEET)?;
        site.put("pkg/tiny.css", b"a{}")?;
        let written = fs::metadata(root.join("pkg/a.css"))?.modified()?;
        fs::write(root.join("stranger.txt"), "old")?;

        let mut again = Site::open(root.clone(), Profile::Release)?;
        again.put("pkg/a.css", SHEET)?;
        again.keep("pkg/tiny.css")?;
        again.prune()?;
        let names: Vec<_> = files(&root)?.iter().map(|file| relative(&root, file)).collect::<Result<_>>()?;
        assert_eq!(names, ["pkg/a.css", "pkg/a.css.br", "pkg/a.css.gz", "pkg/tiny.css"]);
        assert_eq!(fs::metadata(root.join("pkg/a.css"))?.modified()?, written);

        let mut debug = Site::open(root.clone(), Profile::Debug)?;
        debug.keep("pkg/a.css")?;
        debug.prune()?;
        assert_eq!(files(&root)?.len(), 1);
        Ok(fs::remove_dir_all(root)?)
    }
}
