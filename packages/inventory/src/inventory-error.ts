export type InventoryErrorCode = 'amount-invalid' | 'offer-invalid' | 'declaration-invalid'

/** What a person wrote in the options of a host is not usable; `message` says what was seen and what is needed. */
export class InventoryError extends Error {
  override name = 'InventoryError'
  readonly code: InventoryErrorCode

  constructor(code: InventoryErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
