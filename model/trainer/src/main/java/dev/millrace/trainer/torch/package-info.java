/** A residual network that learns, in libtorch. No other package uses libtorch. */
package dev.millrace.trainer.torch;
