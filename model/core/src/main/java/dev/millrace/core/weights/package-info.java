/** Weights under PyTorch's names, in the files that PyTorch and NumPy exchange them in. */
package dev.millrace.core.weights;
