export {
  type CoverageTest,
  conditionalCoverageTest,
  independenceTest,
  type KupiecTest,
  kupiecTest,
  pinballLoss,
  type TrafficLight,
  type TrafficLightZone,
  trafficLight,
} from './coverage.js';
