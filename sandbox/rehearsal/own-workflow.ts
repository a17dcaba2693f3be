/** A workflow that a pull request brings along, with which its author means to use the tailnet. */
import { actions } from "../../core/workflow/actions.ts";

export const ownWorkflowPath = ".github/workflows/mine.yml";

const { commit, version } = actions["tailscale/github-action"];

/** Joins as `tag:ci` with these inputs, and asks Aperture for its models. */
export const ownWorkflow = (clientId: string, audience: string) => `name: Mine
on: pull_request
permissions:
  id-token: write
jobs:
  mine:
    name: Mine
    runs-on: ubuntu-latest
    steps:
    - name: Connect to tailnet
      uses: tailscale/github-action@${commit} # ${version}
      with:
        oauth-client-id: ${clientId}
        audience: ${audience}
        tags: tag:ci
    - name: List models
      run: curl -sS --fail --max-time 20 http://ai/v1/models
`;
