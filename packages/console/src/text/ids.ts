/** A peer id's end tells peers apart; its beginning is the same for all. */
export const shortPeer = (id: string): string => (id.length > 10 ? `…${id.slice(-6)}` : id)

/** Enough of a task's id to name it everywhere. */
export const shortTask = (id: string): string => id.slice(0, 8)

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')

/** 14:03:09, by the browser's clock. */
export function clockText(wallMs: number): string {
  const date = new Date(wallMs)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
}

export const clockMsText = (wallMs: number): string =>
  `${clockText(wallMs)}.${pad(new Date(wallMs).getMilliseconds(), 3)}`
