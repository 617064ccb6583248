/** All runs. A later one is a file here and a line in this list. */
import type { AcceptanceRun } from '../run.js';
import { allocationExact } from './allocation-exact.js';
import { auditInt8 } from './audit-int8.js';
import { bbob } from './bbob.js';
import { brokenInputs } from './broken-inputs.js';
import { charlm } from './charlm.js';
import { charlmPrecisions } from './charlm-precisions.js';
import { codecarbonAgreement } from './codecarbon-agreement.js';
import { conformalCoverage } from './conformal-coverage.js';
import { ctc } from './ctc.js';
import { decisionFocused } from './decision-focused.js';
import { etth1Linear, etth1Patchtst } from './etth1.js';
import { eventLoop } from './event-loop.js';
import { fitMemory } from './fit-memory.js';
import { fitOverheadCnn, fitOverheadMlp } from './fit-overhead.js';
import { flops } from './flops.js';
import { forecastNoLookAhead } from './forecast-no-look-ahead.js';
import { garchAgreement } from './garch-agreement.js';
import { hostileFiles } from './hostile-files.js';
import { lstmAdding } from './lstm-adding.js';
import { m4HourlyAuto } from './m4-hourly-auto.js';
import { m4HourlyNeural } from './m4-hourly-neural.js';
import { m4HourlyOfficial } from './m4-hourly-official.js';
import { millionRows } from './million-rows.js';
import { mnistMlp } from './mnist-mlp.js';
import { neuralforecastAgreement } from './neuralforecast-agreement.js';
import { neuralforecastSpeed } from './neuralforecast-speed.js';
import { onnxExportChecked } from './onnx-export-checked.js';
import { onnxImportReal } from './onnx-import-real.js';
import { onnxNodeCases } from './onnx-node-cases.js';
import { outlookNoLookAhead } from './outlook-no-look-ahead.js';
import { outlookRescored } from './outlook-rescored.js';
import { outlookWhole } from './outlook-whole.js';
import { pipelineOnnx } from './pipeline-onnx.js';
import { portfolioAgreement } from './portfolio-agreement.js';
import { prediction } from './prediction.js';
import { productErrors } from './product-errors.js';
import { raplTrees } from './rapl-trees.js';
import { recordAfterKill } from './record-after-kill.js';
import { reportBrowser } from './report-browser.js';
import { resumeAfterKill } from './resume-after-kill.js';
import { resumeBitwise } from './resume-bitwise.js';
import { searchBudget } from './search-budget.js';
import { startTime } from './start-time.js';
import { statsforecastSpeed } from './statsforecast-speed.js';
import { tenThousandSeries } from './ten-thousand-series.js';
import { tensorboardOpens } from './tensorboard-opens.js';
import { trackingOverhead } from './tracking-overhead.js';
import { varBacktest } from './var-backtest.js';
import { walkForwardRecomputed } from './walk-forward-recomputed.js';
import { wrongUsesRun } from './wrong-uses.js';

export const runs: readonly AcceptanceRun[] = [
  hostileFiles,
  onnxNodeCases,
  onnxExportChecked,
  onnxImportReal,
  eventLoop,
  resumeAfterKill,
  startTime,
  tensorboardOpens,
  searchBudget,
  outlookRescored,
  mnistMlp,
  lstmAdding,
  charlm,
  charlmPrecisions,
  productErrors,
  wrongUsesRun,
  resumeBitwise,
  fitOverheadMlp,
  fitOverheadCnn,
  fitMemory,
  ctc,
  raplTrees,
  codecarbonAgreement,
  trackingOverhead,
  flops,
  prediction,
  auditInt8,
  recordAfterKill,
  millionRows,
  forecastNoLookAhead,
  conformalCoverage,
  m4HourlyOfficial,
  m4HourlyAuto,
  statsforecastSpeed,
  neuralforecastAgreement,
  pipelineOnnx,
  neuralforecastSpeed,
  etth1Linear,
  etth1Patchtst,
  m4HourlyNeural,
  tenThousandSeries,
  bbob,
  allocationExact,
  decisionFocused,
  portfolioAgreement,
  garchAgreement,
  varBacktest,
  reportBrowser,
  outlookNoLookAhead,
  walkForwardRecomputed,
  brokenInputs,
  outlookWhole,
];
