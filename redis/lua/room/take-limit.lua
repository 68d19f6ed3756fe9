--- Purpose: to be written
return 0
