export interface OutputPiece {
  stream: 'stdout' | 'stderr'
  offset: number
  data: Uint8Array
}

/** The newest output of one run, at most `bytesMax`, for followers that come late. */
export class OutputTail {
  #pieces: OutputPiece[] = []
  #bytes = 0
  readonly #bytesMax: number

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  push(piece: OutputPiece): void {
    this.#pieces.push(piece)
    this.#bytes += piece.data.length
    while (this.#bytes > this.#bytesMax && this.#pieces.length > 1) this.#bytes -= this.#pieces.shift()!.data.length
  }

  /** What is kept from these offsets on. */
  from(stdout: number, stderr: number): OutputPiece[] {
    return this.#pieces.filter((piece) => piece.offset >= (piece.stream === 'stdout' ? stdout : stderr))
  }
}
