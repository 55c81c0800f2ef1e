//! Where the lines of a repository are pages.

/// What the pages of a repository's files are below at a commit, by the address that it was cloned from; nothing where
/// that is no address of a server. Whoever is named in the address stays out of it, and so does a password.
pub fn pages(origin: &str, commit: &str) -> Option<String> {
    let origin = origin.trim();
    let (host, path) = match origin.split_once("://") {
        Some(("https" | "http" | "ssh" | "git" | "git+ssh", rest)) => {
            let (authority, path) = rest.split_once('/')?;
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            // The port is that of the protocol, and pages have another.
            let port = if origin.starts_with("http") { host } else { host.split(':').next()? };
            (port, path)
        }
        Some(_) => return None,
        // `git@example.com:owner/name.git`; a drive and a path on the disk look alike, but for the name before it.
        None => {
            let (authority, path) = origin.split_once(':')?;
            (authority.rsplit_once('@')?.1, path)
        }
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_plain = |text: &str, also: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || also.contains(&byte))
    };
    if !is_plain(host, b".-:[]") || !is_plain(path, b"._-~/+") || path.split('/').any(|part| part == "..") {
        return None;
    }
    let scheme = if origin.starts_with("http://") { "http" } else { "https" };
    let below = match host {
        host if host.contains("gitlab") => "-/blob",
        host if host.contains("bitbucket") => "src",
        host if host.contains("gitea") || host.contains("codeberg") || host.contains("forgejo") => {
            "src/commit"
        }
        _ => "blob",
    };
    Some(format!("{scheme}://{host}/{path}/{below}/{commit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_where_the_clone_came_from() {
        for (origin, page) in [
            ("https://github.com/acme/infra.git", "https://github.com/acme/infra/blob/abc"),
            ("git@github.com:acme/infra.git", "https://github.com/acme/infra/blob/abc"),
            ("https://bot:secret@github.com/acme/infra", "https://github.com/acme/infra/blob/abc"),
            ("ssh://git@gitlab.example:2222/a/b/c.git", "https://gitlab.example/a/b/c/-/blob/abc"),
            ("http://git.example:8080/a/b", "http://git.example:8080/a/b/blob/abc"),
            ("https://codeberg.org/a/b", "https://codeberg.org/a/b/src/commit/abc"),
            ("https://bitbucket.org/a/b.git\n", "https://bitbucket.org/a/b/src/abc"),
        ] {
            assert_eq!(pages(origin, "abc").as_deref(), Some(page), "{origin}");
        }
    }

    #[test]
    fn what_is_no_server_has_no_pages() {
        for origin in [
            "",
            "/srv/git/infra.git",
            "../infra",
            "file:///srv/git/infra.git",
            "C:\\infra",
            "javascript://x/%0aalert(1)",
            "https://github.com/a/../b",
            "https://github.com/a b",
            "https://github.com/\"><script>",
        ] {
            assert_eq!(pages(origin, "abc"), None, "{origin}");
        }
    }
}
