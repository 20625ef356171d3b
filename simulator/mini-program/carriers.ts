/** Some of the carriers WeChat knows, by the code that a shipment names. */
export const CARRIERS: Readonly<Record<string, string>> = {
  SF: '顺丰速运',
  JD: '京东快递',
  ZTO: '中通快递',
  YTO: '圆通速递',
  STO: '申通快递',
  YD: '韵达速递',
  EMS: '邮政EMS',
  JTSD: '极兔速递',
  DBL: '德邦快递',
};

/** `POST /cgi-bin/express/delivery/open_msg/get_delivery_list` */
export function deliveryList(): object {
  const list = Object.entries(CARRIERS).map(([delivery_id, delivery_name]) => ({
    delivery_id,
    delivery_name,
  }));
  return { errcode: 0, delivery_list: list, count: list.length };
}
