export { exactLots, greedyLots, type Lots } from './lots.js';
export { type Position, type Trade, type TradeList, type TradeOptions, tradeList } from './trades.js';
