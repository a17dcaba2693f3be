/** What actions/github-script gives to a script, as far as ours use it; `process` is Node.js's own. */
export interface Script {
  readonly github: {
    readonly rest: {
      readonly repos: {
        getCollaboratorPermissionLevel(args: {
          owner: string;
          repo: string;
          username: string;
        }): Promise<{ data: { permission: string } }>;
      };
    };
  };
  readonly core: {
    info(message: string): void;
    setOutput(name: string, value: unknown): void;
  };
  readonly context: {
    readonly actor: string;
    readonly repo: { readonly owner: string; readonly repo: string };
  };
}
