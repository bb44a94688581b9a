package dev.millrace.service.command.network;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;

/**
 * The cost of a network.
 *
 * @param parameters number of trained values
 * @param multiplyAdds multiplications with an addition, per image
 * @param fp32Bytes size of the weights in a file in single precision, in bytes, including the
 *     statistics of batch norms
 * @param fp16Bytes size of the weights in a file in half precision, in bytes, including the
 *     statistics of batch norms
 */
record NetworkCost(long parameters, long multiplyAdds, long fp32Bytes, long fp16Bytes) {

  static NetworkCost of(ResNet network) {
    long stored = network.parameters().stream().mapToLong(Parameter::count).sum();
    return new NetworkCost(
        network.parameterCount(),
        network.multiplyAdds(),
        stored * Float.BYTES,
        stored * Short.BYTES);
  }
}
