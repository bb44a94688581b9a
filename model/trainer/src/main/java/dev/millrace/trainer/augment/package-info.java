/** Random changes to training images. Only the random generator determines the changes. */
package dev.millrace.trainer.augment;
