/** What a child process may see of the environment that this one was started in: what is on a list, and nothing else. */

/** Where programs, home and temporary files are, the language, and how to colour a terminal. */
const base = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TEMP", "TMP", "TZ"],
  ...["LANG", "LANGUAGE", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"],
]);

const windows = new Set([
  ...[
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "OS",
    "PROCESSOR_ARCHITECTURE",
    "NUMBER_OF_PROCESSORS",
  ],
  ...["USERNAME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES"],
]);

/** How to reach the network and whom to trust there. A proxy's address can hold a password, so only downloads get it. */
const network = new Set([
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE"],
]);

/** Where Go is, keeps its caches and takes modules from (`go help environment`). */
const go = new Set([
  ...["GOROOT", "GOPATH", "GOCACHE", "GOMODCACHE", "GOENV", "GOTOOLCHAIN", "GOTMPDIR"],
  ...["GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE", "GOINSECURE"],
]);

/**
 * The environment of a child that works against the loopback world: the allow-listed part of `from`, and `extra` over it.
 * A credential in the caller's shell (`TAILSCALE_API_KEY`, `GITHUB_TOKEN`, `PULUMI_ACCESS_TOKEN`, anything unknown)
 * does not get through. Names count in upper case only, except on Windows, where the result has them in upper case.
 */
export function childEnvironment(
  extra: Readonly<Record<string, string>> = {},
  from: Readonly<NodeJS.ProcessEnv> = process.env,
): Record<string, string> {
  return pick(from, (name) => base.has(name) || name.startsWith("LC_") || (onWindows && windows.has(name)), extra);
}

/** `childEnvironment` for a child that downloads: with proxies, certificates and Go's own settings. */
export function downloadEnvironment(
  extra: Readonly<Record<string, string>> = {},
  from: Readonly<NodeJS.ProcessEnv> = process.env,
): Record<string, string> {
  return { ...childEnvironment({}, from), ...pick(from, (name) => network.has(name) || go.has(name), extra) };
}

const onWindows = process.platform === "win32";

function pick(
  from: Readonly<NodeJS.ProcessEnv>,
  isAllowed: (name: string) => boolean,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    const key = onWindows ? name.toUpperCase() : name;
    if (value !== undefined && isAllowed(key)) picked[key] = value;
  }
  return { ...picked, ...extra };
}
