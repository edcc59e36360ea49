import type { TasksQuery } from './schema/listing.ts'
import type { TasksOptions } from './tasks-options.ts'

/** As the API takes it: every value of a query is text. */
export function tasksRequest({ limit, prefix, states = [], here, unendable }: TasksOptions): TasksQuery {
  return {
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(states.length === 0 ? {} : { state: states.join(',') }),
    ...(here === undefined ? {} : { here: String(here) }),
    ...(unendable === undefined ? {} : { unendable: String(unendable) }),
  }
}
