import type { Millis } from '@souk/kernel'

/** Limits and times of gangs. Defaults from protocol.md 3.4 where it has them; guesses are marked. */
export interface GangConfig {
  /** a bearer that has not all members by then places those that it has one by one (guess: longer than two recoveries) */
  gatherMsMax: Millis
  /** peers asked to keep room in one round */
  askedMax: number
  /** room is kept for clamp(reserveRoundTrips RTTp95, reserveMsMin, reserveMsMax) */
  reserveRoundTrips: number
  reserveMsMin: Millis
  reserveMsMax: Millis
  /** a complete gang that has waited this long may be patient: keep its room between rounds, if no older one does (guess) */
  patientAfterMs: Millis
  /** a patient gang asks every patientRoundMs; a host that has not heard from it for patientMs frees its room */
  patientRoundMs: Millis
  patientMs: Millis
  /** a host keeps room patiently for one gang so long, then for as long not, since slots may idle meanwhile (guess) */
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
