/**
 * Programs that run in the test's own process, as with the Automation API. The engine is the same; a run is spared the
 * language host and a Node.js process, which are more than half of its time. For tests of what a run does, not of how it
 * starts, fails or is killed.
 */
import grpc from "@grpc/grpc-js";
// What `Stack.up` of the Automation API serves; that one asks the engine three times more for each run.
import * as automation from "@pulumi/pulumi/automation/server.js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type { Project } from "../../sandbox/project.ts";
import { startInProcess } from "../provider/in-process.ts";

/** What it returns are the stack's outputs. */
export type InlineProgram = () => Promise<unknown>;

interface Internals {
  LanguageServer: new (program: InlineProgram) => grpc.UntypedServiceImplementation;
}

/** The project, with another program than its Pulumi.yaml names, and with our provider in this process, too. */
export function inline(project: Project, program: InlineProgram): Project {
  return withProvider({ ...project, pulumi: runInline });

  async function runInline(command = "", ...args: string[]) {
    if (command !== "preview" && command !== "up") return project.pulumi(command, ...args);
    const server = new grpc.Server();
    const { LanguageServer } = automation as unknown as Internals;
    server.addService(languageGrpc.LanguageRuntimeService, new LanguageServer(program));
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    try {
      return await project.pulumi(command, ...args, `--client=127.0.0.1:${port}`, "--exec-kind=auto.inline");
    } finally {
      server.forceShutdown();
    }
  }
}

/** The project, whose engine is told where our provider is, in place of starting its process. */
function withProvider(project: Project): Project {
  const pulumi: Project["pulumi"] = async (...args) => {
    const { port, close } = await startInProcess(project.environment);
    project.environment[attach] = `claude-aperture:${port}`;
    try {
      return await project.pulumi(...args);
    } finally {
      delete project.environment[attach];
      close();
    }
  };
  return { ...project, pulumi };
}

/** Providers that run already, as `name:port`: sdk/go/common/resource/plugin of pulumi/pulumi. */
const attach = "PULUMI_DEBUG_PROVIDERS";

/** The project, during whose runs the process has the project's environment and no other; so one at a time. */
export function withEnvironment(project: Project): Project {
  const pulumi: Project["pulumi"] = async (...args) => {
    const { env } = process;
    process.env = { ...project.environment };
    try {
      return await project.pulumi(...args);
    } finally {
      process.env = env;
    }
  };
  return { ...project, pulumi };
}
