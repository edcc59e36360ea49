import type { Offer, PeerId } from '@souk/wire'

export interface KnownHost {
  peer: PeerId
  offer: Offer
}

/** One thing that a task needs of its host, in words. */
export interface Need {
  what: string
  /** hosts that have it */
  had: readonly KnownHost[]
  /** what to say if no host has it */
  lack(): string
}

/** items of a list that are shown */
const shownMax = 3

export const namesText = (hosts: readonly KnownHost[]): string => listText(hosts.map(nameOf))

export function listText(texts: readonly string[], between = ', '): string {
  const more = texts.length > shownMax ? `${between}${texts.length - shownMax} more` : ''
  return `${texts.slice(0, shownMax).join(between)}${more}`
}

/** The host's label `host` if it has one, else its peer id. */
export const nameOf = ({ peer, offer }: KnownHost): string => offer.labels.host ?? peer

export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Two different amounts, exact if they would read alike: '12.9 GB' and '20 GB'; '85899345920 B' and '85900000000 B'. */
export function bytesTexts(one: number, other: number): [string, string] {
  const texts: [string, string] = [bytesText(one), bytesText(other)]
  return texts[0] === texts[1] ? [`${one} B`, `${other} B`] : texts
}

/** '40 GB': decimal, as requests are written. */
export function bytesText(bytes: number): string {
  const step = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${Math.round((bytes / 1000 ** step) * 10) / 10} ${byteUnits[step]}`
}
