/** The names of the settings, `claude-aperture:NAME`, apart from the schema: the provider starts faster without it. */
export const settingNames = [
  "repositories",
  "aperture",
  "tag",
  "tagOwners",
  "models",
  "identity",
  "workflow",
  "policy",
  "delivery",
  "onUnavailable",
] as const;
