import { Body, Controller, Param, Post, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { BuyerGuard } from '../../buyer/buyer.guard.js';
import { idParamSchema, type IdParam } from '../../common/http/id-param.js';
import { BuyerId } from '../../common/http/principal.js';
import { Idempotent } from '../../common/idempotency/idempotency.js';
import { ResourceId } from '../../common/idempotency/resource-id.js';
import { PICTURE_TYPES } from './picture-type.js';
import { PICTURE_FILE, pictureSchema, type PictureView } from './picture.schema.js';
import { PictureService } from './picture.service.js';

/** The body parser gives bytes for a picture; whatever else came is JSON. */
const fileSchema = z
  .unknown()
  .refine((body) => Buffer.isBuffer(body), {
    error: `expected a picture as the body: ${PICTURE_TYPES.join(', ')}`,
  })
  .meta({ type: 'string', format: 'binary' });

@ApiTags('buyer')
@ApiBearerAuth()
@UseGuards(BuyerGuard)
@Idempotent()
@Controller('api/v1/refunds/:id/pictures')
export class BuyerPictureController {
  constructor(private readonly pictures: PictureService) {}

  @Post()
  @ApiOperation({
    summary: 'Show why: a picture for a request that is not decided yet, at most 1 MB and six of them',
  })
  @ApiConsumes(...PICTURE_TYPES)
  @ApiBody(PICTURE_FILE)
  @ApiCreatedResponse({ standardSchema: pictureSchema })
  add(
    @BuyerId() buyerId: string,
    @ResourceId() pictureId: string,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Body({ schema: fileSchema }) bytes: Buffer,
  ): Promise<PictureView> {
    return this.pictures.add(pictureId, id, buyerId, bytes);
  }
}
