export { type AccuracyReport, noiseFloor, pinball } from './accuracy.ts'
export { type ForecastConfig, forecastConfigFor } from './config.ts'
export { type Forecast, Forecaster, type Observed, type SavedForecaster } from './forecaster.ts'
