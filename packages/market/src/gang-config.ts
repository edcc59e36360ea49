import type { Millis } from '@souk/kernel'

/** Limits and times of gangs. Defaults from protocol.md 3.4 where it has them; guesses are marked. */
export interface GangConfig {
  /** a bearer that does not have all members by then places those it has alone (guess: longer than two recoveries) */
  gatherMsMax: Millis
  /** peers asked to keep room in one round */
  askedMax: number
  /** room is kept for clamp(reserveRoundTrips RTTp95, reserveMsMin, reserveMsMax) */
  reserveRoundTrips: number
  reserveMsMin: Millis
  reserveMsMax: Millis
  /** a gang that waits for so long keeps what it gets between its rounds, once no older one that wants the same does (guess) */
  patientAfterMs: Millis
  /** it says so again every patientRoundMs, and loses it where nothing was heard for patientMs */
  patientRoundMs: Millis
  patientMs: Millis
  /** a host keeps room for one gang like that for so long, then for as long not: its slots are idle meanwhile (guess) */
  patientMsMax: Millis
  /** gangs that one asker may have room kept for at one host, and all askers together (I7) */
  perAskerMax: number
  reservationsMax: number
}

export const defaultGangConfig: GangConfig = {
  gatherMsMax: 10_000,
  askedMax: 128,
  reserveRoundTrips: 3,
  reserveMsMin: 15,
  reserveMsMax: 250,
  patientAfterMs: 2_000,
  patientRoundMs: 1_000,
  patientMs: 3_000,
  patientMsMax: 600_000,
  perAskerMax: 4,
  reservationsMax: 64,
}
