/** Pull requests in GitHub's public GraphQL schema, as far as they are served: same names, types and nullability. */
const onPull = ["closePullRequest", "reopenPullRequest", "convertPullRequestToDraft", "markPullRequestReadyForReview"];
const payload = (mutation: string): string => `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;

export const pullsText = /* GraphQL */ `
  extend type Repository {
    autoMergeAllowed: Boolean!
    viewerDefaultMergeMethod: PullRequestMergeMethod!
    pullRequest(number: Int!): PullRequest
    pullRequests(
      after: String
      baseRefName: String
      first: Int
      headRefName: String
      labels: [String!]
      last: Int
      orderBy: IssueOrder
      states: [PullRequestState!]
    ): PullRequestConnection!
  }

  extend type Ref {
    associatedPullRequests(
      after: String
      baseRefName: String
      first: Int
      headRefName: String
      labels: [String!]
      last: Int
      orderBy: IssueOrder
      states: [PullRequestState!]
    ): PullRequestConnection!
  }

  input IssueOrder {
    direction: OrderDirection!
    field: IssueOrderField!
  }

  enum IssueOrderField {
    CREATED_AT
    UPDATED_AT
  }

  enum OrderDirection {
    ASC
    DESC
  }

  enum PullRequestState {
    CLOSED
    MERGED
    OPEN
  }

  enum MergeableState {
    CONFLICTING
    MERGEABLE
    UNKNOWN
  }

  enum PullRequestMergeMethod {
    MERGE
    REBASE
    SQUASH
  }

  type PageInfo {
    endCursor: String
    hasNextPage: Boolean!
  }

  type PullRequestConnection {
    nodes: [PullRequest]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  interface Actor {
    login: String!
  }

  extend type User implements Actor

  type PullRequest implements Node {
    author: Actor
    autoMergeRequest: AutoMergeRequest
    baseRefName: String!
    baseRefOid: GitObjectID!
    body: String!
    changedFiles: Int!
    closed: Boolean!
    closedAt: DateTime
    comments(after: String, first: Int, last: Int): IssueCommentConnection!
    commits(after: String, first: Int, last: Int): PullRequestCommitConnection!
    createdAt: DateTime!
    headRef: Ref
    headRefName: String!
    headRefOid: GitObjectID!
    id: ID!
    isCrossRepository: Boolean!
    isDraft: Boolean!
    isInMergeQueue: Boolean!
    labels(after: String, first: Int, last: Int): LabelConnection
    mergeCommit: Commit
    mergeable: MergeableState!
    merged: Boolean!
    mergedAt: DateTime
    number: Int!
    state: PullRequestState!
    title: String!
    updatedAt: DateTime!
    url: URI!
  }

  type PullRequestCommitConnection {
    nodes: [PullRequestCommit]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type PullRequestCommit {
    commit: Commit!
  }

  type AutoMergeRequest {
    enabledAt: DateTime
    mergeMethod: PullRequestMergeMethod!
  }

  type LabelConnection {
    nodes: [Label]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type Label implements Node {
    id: ID!
    name: String!
  }

  type IssueCommentConnection {
    nodes: [IssueComment]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type IssueComment implements Node {
    author: Actor
    body: String!
    createdAt: DateTime!
    id: ID!
    url: URI!
  }

  extend type Mutation {
    addComment(input: AddCommentInput!): AddCommentPayload
    createPullRequest(input: CreatePullRequestInput!): CreatePullRequestPayload
    disablePullRequestAutoMerge(input: DisablePullRequestAutoMergeInput!): DisablePullRequestAutoMergePayload
    enablePullRequestAutoMerge(input: EnablePullRequestAutoMergeInput!): EnablePullRequestAutoMergePayload
    updatePullRequest(input: UpdatePullRequestInput!): UpdatePullRequestPayload
    ${onPull.map((name) => `${name}(input: ${payload(name)}Input!): ${payload(name)}Payload`).join("\n    ")}
  }

  ${onPull.map((name) => `input ${payload(name)}Input { clientMutationId: String pullRequestId: ID! }`).join("\n  ")}

  input AddCommentInput {
    body: String!
    clientMutationId: String
    subjectId: ID!
  }

  input CreatePullRequestInput {
    baseRefName: String!
    body: String
    clientMutationId: String
    draft: Boolean = false
    headRefName: String!
    maintainerCanModify: Boolean = true
    repositoryId: ID!
    title: String!
  }

  input DisablePullRequestAutoMergeInput {
    clientMutationId: String
    pullRequestId: ID!
  }

  input EnablePullRequestAutoMergeInput {
    clientMutationId: String
    mergeMethod: PullRequestMergeMethod = MERGE
    pullRequestId: ID!
  }

  input UpdatePullRequestInput {
    baseRefName: String
    body: String
    clientMutationId: String
    pullRequestId: ID!
    title: String
  }

  ${[...onPull, "createPullRequest", "updatePullRequest", "enablePullRequestAutoMerge", "disablePullRequestAutoMerge"]
    .map((name) => `type ${payload(name)}Payload { clientMutationId: String pullRequest: PullRequest }`)
    .join("\n  ")}

  type AddCommentPayload {
    clientMutationId: String
    commentEdge: IssueCommentEdge
    subject: Node
  }

  type IssueCommentEdge {
    node: IssueComment
  }
`;
