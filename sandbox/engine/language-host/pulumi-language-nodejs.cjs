#!/usr/bin/env node
// The Node.js language host of a Pulumi engine that was built from source: Pulumi does not publish its own as a module.
// It stands beside `pulumi` and starts the SDK's run scripts on Node, as the official host does
// (pulumi/pulumi, sdk/nodejs/cmd/pulumi-language-nodejs). It generates no code, installs no dependencies, attaches no
// debugger, and gives a policy pack no stack configuration.
//
// Usage: pulumi-language-nodejs <engine address>; prints the port of its LanguageRuntime service.
"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

/** The run script of the SDK exits so when the program's error is on the screen already (@pulumi/pulumi/cmd/run). */
const ERROR_WAS_SHOWN = 32;

if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error(`Pulumi programs need Node.js 22 or newer; the one on PATH is ${process.version}.`);
  process.exit(1);
}

/** Several clones share one cache, so the SDK is looked up where the program is, not beside this file. */
function sdk(...directories) {
  for (const directory of [...directories, process.cwd(), process.env.CLAUDE_APERTURE_ROOT]) {
    if (!directory) continue;
    const require = createRequire(path.join(path.resolve(directory), "package.json"));
    try {
      const main = require.resolve("@pulumi/pulumi");
      return { require: createRequire(main), root: path.dirname(main) };
    } catch {}
  }
  throw new Error(`@pulumi/pulumi is not installed for ${directories[0] ?? process.cwd()}. Run npm install there.`);
}

const { require: fromSdk } = sdk();
const grpc = fromSdk("@grpc/grpc-js");
const { LanguageRuntimeService } = fromSdk("./proto/language_grpc_pb.js");
const messages = fromSdk("./proto/language_pb.js");
const plugins = fromSdk("./proto/plugin_pb.js");
const { Empty } = fromSdk("google-protobuf/google/protobuf/empty_pb.js");

const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";

/** What package.json of the program names, as found in node_modules. */
function dependencies(programDirectory) {
  const found = [];
  const manifest = findUp(programDirectory, "package.json");
  if (!manifest) return found;
  const { dependencies, devDependencies } = JSON.parse(fs.readFileSync(manifest, "utf8"));
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const file = findUp(path.dirname(manifest), path.join("node_modules", name, "package.json"));
    if (file) found.push({ name, ...JSON.parse(fs.readFileSync(file, "utf8")) });
  }
  return found;
}

function findUp(directory, name) {
  const file = path.join(directory, name);
  if (fs.existsSync(file)) return file;
  const parent = path.dirname(directory);
  return parent === directory ? undefined : findUp(parent, name);
}

/** `runtime.options` of Pulumi.yaml. */
function runtimeOptions(info) {
  const { typescript = true, tsconfig, nodeargs = "" } = info.getOptions()?.toJavaScript() ?? {};
  return {
    nodeArguments: String(nodeargs).split(/\s+/).filter(Boolean),
    environment: {
      PULUMI_NODEJS_TYPESCRIPT: String(typescript),
      ...(tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    },
  };
}

const children = new Set();

/** Starts a script on this Node and tells how it ended. It ends with this process, however that ends. */
function start(nodeArguments, options, onExit) {
  const child = spawn(process.execPath, nodeArguments, options);
  children.add(child);
  child.on("error", (error) => onExit(`Node.js cannot be started: ${error.message}`));
  child.on("close", (code, signal) => {
    children.delete(child);
    onExit(code === 0 ? undefined : `Program exited with ${signal ?? `non-zero exit code: ${code}`}`, code);
  });
  return child;
}

function stopChildren() {
  for (const child of children) child.kill();
}

function run(call, answer) {
  const request = call.request;
  const info = request.getInfo();
  const { nodeArguments, environment } = runtimeOptions(info);
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: info.getProgramDirectory(),
    parallel: String(request.getParallel()),
  };
  const script = path.join(sdk(info.getProgramDirectory()).root, "cmd", "run");
  const argumentList = [
    ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
  const config = Object.fromEntries(request.getConfigMap().toArray());
  start(
    [...nodeArguments, script, ...argumentList],
    {
      cwd: info.getProgramDirectory(),
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        ...environment,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
    },
    (error, code) => {
      const response = new messages.RunResponse();
      if (code === ERROR_WAS_SHOWN) response.setBail(true);
      else if (error) response.setError(error);
      answer(null, response);
    },
  );
}

/** Policy packs (kind `analyzer`) and component packages. */
function runPlugin(call) {
  const request = call.request;
  const info = request.getInfo();
  const directory = info.getProgramDirectory();
  const isPolicyPack = request.getKind() === "analyzer";
  const { nodeArguments, environment } = runtimeOptions(info);
  const script = path.join(sdk(directory).root, "cmd", isPolicyPack ? "run-policy-pack" : "run-plugin");
  const given = request.getArgsList();
  const child = start(
    [...nodeArguments, script, ...(isPolicyPack ? [...given, directory] : [directory, ...given])],
    {
      cwd: isPolicyPack ? directory : request.getPwd(),
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...Object.fromEntries(request.getEnvList().map(splitAssignment)), ...environment },
    },
    (error) => {
      if (error) call.emit("error", { code: grpc.status.UNKNOWN, details: error });
      else call.end();
    },
  );
  child.stdout?.on("data", (data) => call.write(pluginOutput("setStdout", data)));
  child.stderr?.on("data", (data) => call.write(pluginOutput("setStderr", data)));
  call.on("cancelled", () => child.kill());
}

function pluginOutput(setter, data) {
  const response = new messages.RunPluginResponse();
  response[setter](data);
  return response;
}

function splitAssignment(assignment) {
  const at = assignment.indexOf("=");
  return [assignment.slice(0, at), assignment.slice(at + 1)];
}

function getRequiredPackages(call, answer) {
  const packages = dependencies(call.request.getInfo().getProgramDirectory())
    .filter(({ pulumi }) => pulumi?.resource)
    .map(({ name, version, pulumi }) => {
      const dependency = new plugins.PackageDependency();
      dependency.setName(pulumi.name ?? name.replace(/^@pulumi\//, ""));
      dependency.setKind("resource");
      dependency.setVersion(`v${pulumi.version ?? version}`);
      dependency.setServer(pulumi.server ?? "");
      return dependency;
    });
  answer(null, new messages.GetRequiredPackagesResponse().setPackagesList(packages));
}

function getProgramDependencies(call, answer) {
  const list = dependencies(call.request.getInfo().getProgramDirectory()).map(({ name, version }) =>
    new messages.DependencyInfo().setName(name).setVersion(version),
  );
  answer(null, new messages.GetProgramDependenciesResponse().setDependenciesList(list));
}

/** The dependencies of this repository come from its lock file; a package elsewhere says what to do. */
function installDependencies(call) {
  const directory = call.request.getDirectory();
  if (findUp(directory, path.join("node_modules", "@pulumi", "pulumi", "package.json"))) return call.end();
  call.emit("error", {
    code: grpc.status.FAILED_PRECONDITION,
    details: `This language host installs nothing. Run npm install in ${directory}.`,
  });
}

const server = new grpc.Server({
  // As the official host: configurations and policy files can be larger than gRPC's 4 MB.
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
});
server.addService(LanguageRuntimeService, {
  run,
  runPlugin,
  getRequiredPackages,
  getProgramDependencies,
  installDependencies,
  handshake: (_call, answer) => answer(null, new messages.LanguageHandshakeResponse()),
  getPluginInfo: (_call, answer) => answer(null, new plugins.PluginInfo()),
  about: (_call, answer) =>
    answer(null, new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  cancel: (_call, answer) => {
    stopChildren();
    answer(null, new Empty());
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});

/** An engine that was killed ends nothing: this process ends when its connection to the engine does. */
function endWithEngine(address) {
  // The engine is on this machine; a proxy of the environment is not for it.
  const options = { "grpc.enable_http_proxy": 0 };
  const channel = new grpc.Client(address, grpc.credentials.createInsecure(), options).getChannel();
  const watch = () => {
    const state = channel.getConnectivityState(true);
    if (state === grpc.connectivityState.TRANSIENT_FAILURE) process.exit(0);
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, watch);
  };
  watch();
}

if (engineAddress) endWithEngine(engineAddress);
process.on("exit", stopChildren);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
