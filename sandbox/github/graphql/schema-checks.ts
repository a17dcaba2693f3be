/** Checks and workflow runs in GitHub's public GraphQL schema, as far as they are served: same names, types and nullability. */
export const checksText = /* GraphQL */ `
  extend type Commit {
    checkSuites(after: String, filterBy: CheckSuiteFilter, first: Int, last: Int): CheckSuiteConnection
  }

  input CheckSuiteFilter {
    appId: Int
    checkName: String
  }

  enum CheckStatusState {
    COMPLETED
    IN_PROGRESS
    PENDING
    QUEUED
    REQUESTED
    WAITING
  }

  enum CheckConclusionState {
    ACTION_REQUIRED
    CANCELLED
    FAILURE
    NEUTRAL
    SKIPPED
    STALE
    STARTUP_FAILURE
    SUCCESS
    TIMED_OUT
  }

  type CheckSuiteConnection {
    nodes: [CheckSuite]
    totalCount: Int!
  }

  type CheckSuite implements Node {
    checkRuns(after: String, first: Int, last: Int): CheckRunConnection
    conclusion: CheckConclusionState
    createdAt: DateTime!
    id: ID!
    status: CheckStatusState!
    updatedAt: DateTime!
    workflowRun: WorkflowRun
  }

  type CheckRunConnection {
    nodes: [CheckRun]
    totalCount: Int!
  }

  type CheckRun implements Node {
    annotations(after: String, first: Int, last: Int): CheckAnnotationConnection
    completedAt: DateTime
    conclusion: CheckConclusionState
    detailsUrl: URI
    id: ID!
    name: String!
    startedAt: DateTime
    status: CheckStatusState!
    steps(after: String, first: Int, last: Int): CheckStepConnection
  }

  type CheckStepConnection {
    nodes: [CheckStep]
    totalCount: Int!
  }

  type CheckStep {
    conclusion: CheckConclusionState
    name: String!
    number: Int!
    status: CheckStatusState!
  }

  type CheckAnnotationConnection {
    nodes: [CheckAnnotation]
    totalCount: Int!
  }

  enum CheckAnnotationLevel {
    FAILURE
    NOTICE
    WARNING
  }

  type CheckAnnotation {
    annotationLevel: CheckAnnotationLevel
    message: String!
    title: String
  }

  type WorkflowRun implements Node {
    createdAt: DateTime!
    event: String!
    id: ID!
    runNumber: Int!
    updatedAt: DateTime!
    url: URI!
    workflow: Workflow!
  }

  enum WorkflowState {
    ACTIVE
    DELETED
    DISABLED_FORK
    DISABLED_INACTIVITY
    DISABLED_MANUALLY
  }

  type Workflow implements Node {
    id: ID!
    name: String!
    resourcePath: URI!
    state: WorkflowState!
    url: URI!
  }
`;
