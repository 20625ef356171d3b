import { Module } from '@nestjs/common';
import { PaymentModule } from '../payment/payment.module.js';
import { DueOrders } from './due-orders.js';
import { DuePayments } from './due-payments.js';

@Module({ imports: [PaymentModule], providers: [DuePayments, DueOrders] })
export class ReconcileModule {}
