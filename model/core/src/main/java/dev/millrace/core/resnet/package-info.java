/**
 * Residual networks as data. One description of a network serves to count the network's operations,
 * to write the network as an ONNX file, and to train the network.
 *
 * <p>The networks come from He et al., "Deep Residual Learning for Image Recognition" (2015), arXiv
 * 1512.03385.
 */
package dev.millrace.core.resnet;
