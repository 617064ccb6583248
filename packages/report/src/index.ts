export type { WriteOptions } from '@noosphere/base/files';
export {
  type DrawdownChartOptions,
  drawdownChart,
  type StackedAreaChartOptions,
  stackedAreaChart,
} from './charts/area.js';
export { type BarChartOptions, type BarSeries, barChart } from './charts/bar.js';
export { type BoxChartOptions, boxChart } from './charts/box.js';
export type { Axis, Chart, ChartCounts, ChartText, Positions, Value } from './charts/chart.js';
export { type ConfusionMatrixOptions, confusionMatrix } from './charts/confusion-matrix.js';
export {
  type ReliabilityChartOptions,
  type ReliabilityCurve,
  type RocChartOptions,
  type RocCurve,
  reliabilityChart,
  rocChart,
} from './charts/curves.js';
export { type HeatMapOptions, heatMap } from './charts/heat-map.js';
export { type HistogramOptions, histogram } from './charts/histogram.js';
export {
  type Line,
  type LineChartOptions,
  type LineEvent,
  type LineInterval,
  lineChart,
} from './charts/line.js';
export { type Goal, type ParetoChartOptions, paretoChart } from './charts/pareto.js';
export { type ScatterChartOptions, scatterChart } from './charts/scatter.js';
export { type PngOptions, type StandaloneOptions, toPng, toSvg } from './charts/standalone.js';
export { ReportError } from './errors.js';
export { writePage } from './files/write-page.js';
export type {
  Block,
  Cell,
  Column,
  Inline,
  KeyFigure,
  RichText,
  Section,
  Source,
  Sparkline,
  Table,
} from './page/blocks.js';
export { type PageOptions, page } from './page/page.js';
export { formatNumber } from './text/numbers.js';
export type { Theme } from './theme/colors.js';
