import type { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** name, description, price in fen, stock */
const PRODUCTS: readonly (readonly [string, string, number, number])[] = [
  ['云南小粒咖啡豆 250g', '保山产区，中度烘焙，坚果与焦糖风味，下单后 48 小时内烘焙发货', 5800, 120],
  ['武夷山正岩肉桂 100g', '桐木关茶农直供，炭焙，岩韵足', 16800, 40],
  ['手工黑糖姜茶 12 条', '云南古法黑糖，独立小包装', 3990, 200],
  ['景德镇手绘青花杯', '每只花纹略有不同，附礼盒', 12800, 25],
  ['新疆若羌灰枣 500g', '自然风干，不加糖', 2990, 300],
  ['冷萃咖啡液 8 颗', '-196°C 锁鲜，加水加奶皆可', 6900, 150],
  ['苎麻帆布托特包', '厚实耐用，可放 14 寸电脑', 8900, 60],
  ['柚子蜂蜜酱 480g', '福建琯溪蜜柚，果肉含量 60%', 3580, 90],
  ['老北京枣糕 6 块', '当日现做，顺丰冷链', 4200, 30],
  ['竹纤维毛巾三条装', '不掉毛，吸水快', 3900, 180],
  ['山东大花生 1kg', '当季新货，原味烘烤', 1990, 500],
  ['一分钱体验装', '付款测试专用，真的只要一分钱', 1, 9999],
];

/** Puts a dozen products on sale in an empty catalogue; leaves a catalogue that has any alone. */
export async function seedProducts(client: Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM products LIMIT 1');
  if (rowCount !== 0) return;
  for (const [name, description, priceFen, stock] of PRODUCTS) {
    await client.query(
      'INSERT INTO products (id, name, description, price_fen, stock, created_at) VALUES ($1, $2, $3, $4, $5, now())',
      [uuidv7(), name, description, priceFen, stock],
    );
  }
}
