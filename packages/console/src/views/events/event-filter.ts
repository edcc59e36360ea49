import { familyOf, isTrouble, type TraceEvent } from '../../live/trace-event.ts'

export interface EventFilter {
  /** first words of types; none: all */
  families: readonly string[]
  /** in the type, the task or any text of it */
  search: string
  trouble: boolean
}

export function filterEvents(
  events: readonly TraceEvent[],
  { families, search, trouble }: EventFilter,
  nameOf: (peer: string) => string,
): TraceEvent[] {
  const text = search.trim().toLowerCase()
  return events.filter((event) => {
    if (families.length > 0 && !families.includes(familyOf(event.type))) return false
    if (trouble && !isTrouble(event)) return false
    if (text === '') return true
    const peers = [event.peer, event.to, event.from].flatMap((peer) => (peer === undefined ? [] : [peer, nameOf(peer)]))
    return [event.type, event.task ?? '', event.code ?? '', ...peers].some((part) => part.toLowerCase().includes(text))
  })
}
