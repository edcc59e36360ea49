/**
 * Method and path of every route; `:name` parts are params. Apart from the schemas, so that a client
 * that only calls does not load them.
 */
export const paths = {
  health: { method: 'GET', path: '/healthz' },
  who: { method: 'GET', path: '/v1/who' },
  submit: { method: 'POST', path: '/v1/tasks' },
  tasks: { method: 'GET', path: '/v1/tasks' },
  task: { method: 'GET', path: '/v1/tasks/:id' },
  resolve: { method: 'GET', path: '/v1/tasks/:id/resolve' },
  plan: { method: 'POST', path: '/v1/plan' },
  cancel: { method: 'POST', path: '/v1/tasks/:id/cancel' },
  output: { method: 'GET', path: '/v1/tasks/:id/output' },
  sessionEvents: { method: 'GET', path: '/v1/sessions/:session/events' },
  watch: { method: 'POST', path: '/v1/sessions/:session/watch' },
  history: { method: 'GET', path: '/v1/history' },
  analysis: { method: 'GET', path: '/v1/analysis' },
  balance: { method: 'GET', path: '/v1/balance' },
  peers: { method: 'GET', path: '/v1/peers' },
  links: { method: 'GET', path: '/v1/links' },
  inventory: { method: 'GET', path: '/v1/inventory' },
  status: { method: 'GET', path: '/v1/status' },
  events: { method: 'GET', path: '/v1/events' },
  putBlob: { method: 'PUT', path: '/v1/blobs' },
  getBlob: { method: 'GET', path: '/v1/blobs/:hash' },
  attachAgent: { method: 'POST', path: '/v1/agents' },
  agentCalls: { method: 'GET', path: '/v1/agents/:id/calls' },
  agentResults: { method: 'POST', path: '/v1/agents/:id/results' },
  detachAgent: { method: 'DELETE', path: '/v1/agents/:id' },
  drain: { method: 'POST', path: '/v1/drain' },
  undrain: { method: 'POST', path: '/v1/undrain' },
  invite: { method: 'POST', path: '/v1/invitations' },
  stop: { method: 'POST', path: '/v1/stop' },
} as const
export type RouteName = keyof typeof paths
