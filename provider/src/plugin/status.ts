import { Metadata, type ServerUnaryCall, type ServiceError, type sendUnaryData, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PartialFailure } from "../lifecycle/resource";
import { messageOf, Up42Error } from "../up42/errors";

/** Where gRPC keeps the details of an error, as Go reads them. */
const DETAILS = "grpc-status-details-bin";

/** The resource exists and goes into the state with these properties; the operation has failed. */
export class InitializationFailure extends Error {
  constructor(
    readonly failure: PartialFailure,
    readonly properties: Struct,
    readonly inputs: Struct,
  ) {
    super(failure.message);
  }
}

/** Serves one method of gRPC by a function of its request. */
export function unary<Request, Response>(method: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void => {
    const response = new Promise<Response>((resolve) => {
      resolve(method(call.request));
    });
    response.then(
      (done) => answer(null, done),
      (error: unknown) => answer(statusOf(error)),
    );
  };
}

/** An error as the engine reads it. Only a defect comes with its trace, in Pulumi's log. */
function statusOf(error: unknown): Partial<ServiceError> {
  if (error instanceof InitializationFailure) {
    return { code: status.UNKNOWN, details: error.message, metadata: detailsOf(error) };
  }
  if (error instanceof Up42Error) {
    return { code: status.UNKNOWN, details: error.message };
  }
  console.error(error);
  return { code: status.INTERNAL, details: messageOf(error) };
}

function detailsOf({ failure, properties, inputs }: InitializationFailure): Metadata {
  const detail = new ErrorResourceInitFailed()
    .setId(failure.id)
    .setProperties(properties)
    .setInputs(inputs)
    .setReasonsList([...failure.reasons]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new Status().setCode(status.UNKNOWN).setMessage(failure.message);
  whole.addDetails(any);
  const metadata = new Metadata();
  metadata.add(DETAILS, Buffer.from(whole.serializeBinary()));
  return metadata;
}
