//! XML (W3C, 1.0) as far as tags go: names and attributes, each text read through once. What is not well-formed is
//! said to be so, because others may read it in another way.

/// A tag that begins an element.
pub(super) struct Tag<'t> {
    /// Its name, without the prefix.
    pub(super) name: &'t str,
    attributes: Vec<(&'t str, &'t str)>,
}

impl<'t> Tag<'t> {
    /// What an attribute says, as it stands there.
    pub(super) fn says(&self, attribute: &str) -> Option<&'t str> {
        self.attributes.iter().find(|(name, _)| *name == attribute).map(|(_, value)| *value)
    }
}

/// It is not XML from here on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broken;

/// The tags of a text, one after the other.
pub(super) struct Tags<'t> {
    rest: &'t str,
}

/// The tags of a text that begin elements; the last one may be [`Broken`].
pub(super) const fn tags(text: &str) -> Tags<'_> {
    Tags { rest: text }
}

impl<'t> Iterator for Tags<'t> {
    type Item = Result<Tag<'t>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        // Behind what cannot be read there is nothing.
        let read = element(std::mem::take(&mut self.rest))?.and_then(tag);
        Some(read.map(|(tag, rest)| {
            self.rest = rest;
            tag
        }))
    }
}

/// The name of the first element, without the prefix. Its tag may be cut off behind it.
pub(super) fn root(text: &str) -> Option<&str> {
    let inner = element(text)?.ok()?;
    Some(local(&inner[..inner.find(ends_name)?]))
}

/// What stands behind the `<` of the next element.
fn element(mut rest: &str) -> Option<Result<&str, Broken>> {
    // What else begins so ends at a mark of its own.
    let others = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>"), ("/", ">")];
    loop {
        let (_, inner) = rest.split_once('<')?;
        let Some((_, end)) = others.iter().find(|(begin, _)| inner.starts_with(*begin)) else {
            return Some(Ok(inner));
        };
        let Some((_, behind)) = inner.split_once(*end) else { return Some(Err(Broken)) };
        rest = behind;
    }
}

/// Reads a tag behind its `<`; what follows it is left.
fn tag(inner: &str) -> Result<(Tag<'_>, &str), Broken> {
    let (name, mut rest) = inner.split_at(inner.find(ends_name).ok_or(Broken)?);
    // Declarations can put anything in the place of anything.
    if name.is_empty() || name.starts_with('!') {
        return Err(Broken);
    }
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix('>').or_else(|| rest.strip_prefix("/>")) {
            return Ok((Tag { name: local(name), attributes }, behind));
        }
        let (attribute, value) = rest.split_at(rest.find(['=', '<', '>']).ok_or(Broken)?);
        let attribute = attribute.trim_end();
        let value = value.strip_prefix('=').ok_or(Broken)?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or(Broken)?;
        let (value, behind) = value[1..].split_once(quote).ok_or(Broken)?;
        if attribute.is_empty() || attribute.contains(ends_name) {
            return Err(Broken);
        }
        attributes.push((attribute, value));
        rest = behind;
    }
}

const fn ends_name(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '<' | '>' | '/' | '=' | '"' | '\'')
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
