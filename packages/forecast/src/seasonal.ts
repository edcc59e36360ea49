import type { Candidate } from './candidate.ts'
import type { Season } from './season.ts'

/** What was seen a season before; silent while the season is not strong. The season itself learns apart. */
export class SeasonalNaive implements Candidate {
  readonly name: string
  readonly #season: Season

  constructor(season: Season) {
    this.name = `seasonal naive ${season.period}`
    this.#season = season
  }

  learn(): void {}

  miss(): void {}

  shift(): void {}

  point(bucket: number, ahead: number): number {
    return this.#season.used ? this.#season.before(bucket + ahead) : Number.NaN
  }
}

/** The mean of the last seasons at this time of it, moved to where the series is just now. */
export class SeasonalProfile implements Candidate {
  readonly name: string
  readonly #season: Season

  constructor(season: Season) {
    this.name = `seasonal profile ${season.period}`
    this.#season = season
  }

  learn(): void {}

  miss(): void {}

  shift(): void {}

  point(bucket: number, ahead: number): number {
    return this.#season.used ? this.#season.expected(bucket + ahead, ahead) : Number.NaN
  }
}
