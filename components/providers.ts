/**
 * The resources of the two official providers that we use, each from its own file: an ES module that imports the index of such a package
 * makes Node.js load every resource in it, which is a sixth of the time of a run for one repository.
 */
export { ActionsSecret, type ActionsSecretArgs } from "@pulumi/github/actionsSecret.js";
export { FederatedIdentity, type FederatedIdentityArgs } from "@pulumi/tailscale/federatedIdentity.js";
export { getDevices } from "@pulumi/tailscale/getDevices.js";
export { OauthClient, type OauthClientArgs } from "@pulumi/tailscale/oauthClient.js";
