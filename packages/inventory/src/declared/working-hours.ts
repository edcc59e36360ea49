const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const minutesPerDay = 24 * 60

/** Times of the week at which somebody is there. */
export interface Hours {
  /** 0 is Sunday */
  days: ReadonlySet<number>
  /** minutes of the day; up to `toMinute`, which is not part of it */
  fromMinute: number
  toMinute: number
}

/** 'mon-fri 09:00-17:00', 'sat 10:00-12:00', 'sun-thu 08:00-24:00'. Throws an Error for people. */
export function parseHours(text: string): Hours {
  const parts = /^([a-z]{3})(?:-([a-z]{3}))?\s+(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/i.exec(text.trim())
  const [first, last] = [parts?.[1], parts?.[2] ?? parts?.[1]].map((day) => days.indexOf(day?.toLowerCase() ?? ''))
  const minute = (hours: string | undefined, minutes: string | undefined) => Number(hours) * 60 + Number(minutes)
  const [from, to] = [minute(parts?.[3], parts?.[4]), minute(parts?.[5], parts?.[6])]
  if (!parts || first === -1 || last === -1 || Number(parts[4]) > 59 || Number(parts[6]) > 59) throw unreadable(text)
  if (!(from < to && to <= minutesPerDay)) {
    throw new Error(`'${text}' does not end after it begins; what goes over midnight is written as two`)
  }
  const between = new Set<number>()
  // 'fri-mon' goes over the end of the week.
  for (let day = first!; ; day = (day + 1) % 7) {
    between.add(day)
    if (day === last) break
  }
  return { days: between, fromMinute: from, toMinute: to }
}

function unreadable(text: string): Error {
  return new Error(`'${text}' is no time of the week; write it as mon-fri 09:00-17:00`)
}

/** Whether `wallMs` is in any of them, by the clocks of that time zone; none means: always. */
export function isWithin(hours: readonly Hours[], wallMs: number, timeZone: string): boolean {
  if (hours.length === 0) return true
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(wallMs)
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  const day = days.indexOf(part('weekday').toLowerCase())
  const minute = Number(part('hour')) * 60 + Number(part('minute'))
  return hours.some((range) => range.days.has(day) && minute >= range.fromMinute && minute < range.toMinute)
}
