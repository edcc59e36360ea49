/** Which tasks are listed: all that is given must fit. */
export interface TasksOptions {
  limit?: number
  prefix?: string
  states?: string[]
  here?: boolean
  /** only tasks that can never end, since most of their custodians were removed from the mesh */
  unendable?: boolean
  signal?: AbortSignal
}
