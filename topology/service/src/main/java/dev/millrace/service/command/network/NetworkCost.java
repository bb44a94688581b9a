package dev.millrace.service.command.network;

import dev.millrace.core.resnet.Parameter;
import dev.millrace.core.resnet.ResNet;

/**
 * What a network costs.
 *
 * @param parameters numbers that are trained
 * @param multiplyAdds an image
 * @param fp32Bytes of its weights in a file, batch norm's statistics included
 * @param fp16Bytes the same in half precision
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
