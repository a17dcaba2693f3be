/** What a trust credential needs that deploys stacks of both kinds of identity: README, "Use it". */
export const deployerScopes = [
  "policy_file",
  "federated_keys",
  "oauth_keys",
  "auth_keys",
  "feature_settings:read",
  "devices:core:read",
];
