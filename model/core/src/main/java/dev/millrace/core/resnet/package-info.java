/**
 * Descriptions of residual networks. Other code uses one description to count a network's
 * operations, to write the network as an ONNX file, and to train the network.
 *
 * <p>The networks come from He et al., "Deep Residual Learning for Image Recognition" (2015), arXiv
 * 1512.03385.
 */
package dev.millrace.core.resnet;
