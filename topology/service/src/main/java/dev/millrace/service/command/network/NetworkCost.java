package dev.millrace.service.command.network;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;

/**
 * The cost of a network.
 *
 * @param parameters number of trained values
 * @param multiplyAdds number of multiply-add operations per image
 * @param fp32Bytes size of a file with the weights in single precision, including the statistics of
 *     batch norms, in bytes
 * @param fp16Bytes size of a file with the weights in half precision, including the statistics of
 *     batch norms, in bytes
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
