--- Purpose: text with all 17 digits of a number (Lua's own tostring prints 14), and safe reading back.
local function digits(number)
  return string.format('%.17g', number)
end
local function number_or(text, fallback)
  return tonumber(text or '') or fallback
end
