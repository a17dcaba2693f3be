/** Pages of Tailscale's admin console, to which messages send people. */
export const adminPages = {
  policyFile: "https://login.tailscale.com/admin/acls/file",
  policyFileManagement: "https://login.tailscale.com/admin/settings/policy-file-management",
  trustCredentials: "https://login.tailscale.com/admin/settings/trust-credentials",
  logs: "https://login.tailscale.com/admin/logs",
  machines: "https://login.tailscale.com/admin/machines",
  dns: "https://login.tailscale.com/admin/dns",
} as const;
