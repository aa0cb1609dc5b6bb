"""The forms of the desk, their fields made from the codebook where it says what is asked."""
