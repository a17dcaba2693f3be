/** The part of GitHub's public GraphQL schema that is served: same names, types and nullability. */
export const schemaText = /* GraphQL */ `
  scalar DateTime
  scalar GitObjectID
  scalar URI

  type Query {
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    rateLimit(dryRun: Boolean = false): RateLimit
    repository(followRenames: Boolean = true, name: String!, owner: String!): Repository
    viewer: User!
  }

  type RateLimit {
    cost: Int!
    limit: Int!
    nodeCount: Int!
    remaining: Int!
    resetAt: DateTime!
    used: Int!
  }

  interface Node {
    id: ID!
  }

  interface RepositoryOwner {
    id: ID!
    login: String!
    url: URI!
  }

  type Organization implements Node & RepositoryOwner {
    databaseId: Int
    id: ID!
    login: String!
    url: URI!
  }

  type User implements Node & RepositoryOwner {
    databaseId: Int
    id: ID!
    login: String!
    url: URI!
  }

  enum RepositoryPermission {
    ADMIN
    MAINTAIN
    READ
    TRIAGE
    WRITE
  }

  enum RepositoryVisibility {
    INTERNAL
    PRIVATE
    PUBLIC
  }

  type Repository implements Node {
    databaseId: Int
    defaultBranchRef: Ref
    id: ID!
    isArchived: Boolean!
    isDisabled: Boolean!
    isEmpty: Boolean!
    isPrivate: Boolean!
    name: String!
    nameWithOwner: String!
    object(expression: String, oid: GitObjectID): GitObject
    owner: RepositoryOwner!
    ref(qualifiedName: String!): Ref
    url: URI!
    viewerCanAdminister: Boolean!
    viewerPermission: RepositoryPermission
    visibility: RepositoryVisibility!
  }

  type Ref implements Node {
    branchProtectionRule: BranchProtectionRule
    id: ID!
    name: String!
    prefix: String!
    refUpdateRule: RefUpdateRule
    target: GitObject
  }

  type BranchProtectionRule {
    isAdminEnforced: Boolean!
    pattern: String!
    requiredApprovingReviewCount: Int
    requiredStatusCheckContexts: [String]
    requiresApprovingReviews: Boolean!
    requiresStatusChecks: Boolean!
  }

  type RefUpdateRule {
    pattern: String!
    requiredApprovingReviewCount: Int
    requiredStatusCheckContexts: [String]
    viewerCanPush: Boolean!
  }

  interface GitObject {
    abbreviatedOid: String!
    id: ID!
    oid: GitObjectID!
  }

  type Blob implements GitObject & Node {
    abbreviatedOid: String!
    byteSize: Int!
    id: ID!
    isBinary: Boolean
    isTruncated: Boolean!
    oid: GitObjectID!
    text: String
  }

  type Commit implements GitObject & Node {
    abbreviatedOid: String!
    id: ID!
    message: String!
    oid: GitObjectID!
    parents(first: Int): CommitConnection!
    signature: GitSignature
    url: URI!
  }

  type CommitConnection {
    nodes: [Commit]
    totalCount: Int!
  }

  interface GitSignature {
    isValid: Boolean!
    wasSignedByGitHub: Boolean!
  }

  type GpgSignature implements GitSignature {
    isValid: Boolean!
    wasSignedByGitHub: Boolean!
  }

  type Tree implements GitObject & Node {
    abbreviatedOid: String!
    id: ID!
    oid: GitObjectID!
  }
`;
