export { FileBlobs, type FileBlobsOptions } from './blobs.ts'
export { LmdbRecords, type LmdbRecordsOptions } from './records.ts'
export { SelfStore } from './self-store.ts'
