import type { HistoryQuery } from './history.ts'
import type { HistoryRequest } from './schema/history.ts'

/** The query as it travels: text, and nothing that was not given. */
export function historyRequest({ limit, outcomes, since, until, ...rest }: HistoryQuery): HistoryRequest {
  return {
    ...rest,
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(outcomes === undefined || outcomes.length === 0 ? {} : { outcome: outcomes.join(',') }),
    ...(since === undefined ? {} : { since: since.toISOString() }),
    ...(until === undefined ? {} : { until: until.toISOString() }),
  }
}
